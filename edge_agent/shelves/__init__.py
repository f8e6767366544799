"""Tag reads → presence → stock, picks and moves. Pure: no input or output, no clock."""
