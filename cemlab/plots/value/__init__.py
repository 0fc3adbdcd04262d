"""What customers are worth: buyers, contracts, satisfaction, levers."""
