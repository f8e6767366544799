"""Camera drivers: RTSP, HTTP MJPEG, USB and file."""
