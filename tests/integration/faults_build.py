# SPDX-License-Identifier: LGPL-2.1-or-later
"""A build that dies at points of our choice, for faults.py and cgroup_faults.py."""
import os

import lab
from survivors import Survivor

FAULTS = os.environ.get("LXFS_FAULTS_BUILD")
POINTS = ["before-receive", "after-receive", "mid-render", "before-reply", "after-reply", "before-clear"]


class Faulty(Survivor):
    def __init__(self, fault, containers=""):
        self.fault = fault
        super().__init__(env={"LXFS_FAULT": fault, "LXFS_FAULT_CONTAINER": containers},
                         program=FAULTS)


def need_faults():
    if not FAULTS:
        raise lab.Skipped("needs a build with -Dfaults=true, named by LXFS_FAULTS_BUILD")
