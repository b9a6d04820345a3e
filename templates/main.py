"""What the Flex Template's launcher runs: the command of the installed distribution, and nothing of its own.

A worker unpickles nothing from here: everything that a step is made of lies in importable modules.
"""

import runpy

if __name__ == "__main__":
    runpy.run_module("pipeline", run_name="__main__", alter_sys=True)
