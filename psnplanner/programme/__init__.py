"""What a programme is: values and rules, standard library only."""
