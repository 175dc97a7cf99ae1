"""Makes the folder `by_hand` importable for the tests beside it."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

FOLDER = Path(__file__).with_name("by_hand")

specification = spec_from_file_location("by_hand", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)])
sys.modules["by_hand"] = module_from_spec(specification)
specification.loader.exec_module(sys.modules["by_hand"])
