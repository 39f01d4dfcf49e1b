"""A server for the faults: `warung run` without building the web client. It is started as a program of its own, to be killed."""

import os

from warung import serving
from warung.app import DOMAINS
from warung.settings import load

if __name__ == "__main__":
    serving.serve(load(DOMAINS, None, os.environ))
