"""The code of every forked process, loaded once for all of them and kept from their collector.

Each collects once when it starts. What it shares is left out: it is looked through here, and not
copied in each life.
"""

import tests.crash.process
import tests.faults.fleet  # noqa: F401, loading them is the purpose
from bot.bootstrap import spare_collections

spare_collections()
