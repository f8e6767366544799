"""What happens in a lane: learned from drawn shops, and checked on others."""
