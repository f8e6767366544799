"""What advice on lanes is worth: mean wait against lane hours, beside other ways to decide."""
