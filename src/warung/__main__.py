"""`python -m warung` and the command `warung`."""

import sys

from warung import cli


def main() -> int:
    """Run the command line."""
    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
