"""python -m psnplanner."""

from psnplanner.cli import main

if __name__ == "__main__":
    main()
