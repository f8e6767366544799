"""CPU time of a frame from an H.264 stream to zones, beside ultralytics and OpenCV's HOG."""
