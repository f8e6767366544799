"""Frame → Detections."""
