"""What happened in a week or a month, and whether what was done about it helped."""
