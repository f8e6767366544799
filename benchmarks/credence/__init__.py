"""How much to believe a detection: learned from drawn shops, and checked on others."""
