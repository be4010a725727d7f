"""What leaves the programme for other programs, and what comes back from them."""
