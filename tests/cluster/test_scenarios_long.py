"""Nothing is told to strangers by two nodes either: the walks of the scenarios, with both behind a balancer."""

import pytest

from tests.scenarios.test_privacy import *  # noqa: F403
from tests.scenarios.test_privacy_between import *  # noqa: F403

pytestmark = pytest.mark.long
