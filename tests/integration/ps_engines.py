#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""lxfs ps and the containers of real engines."""
import engines
import lab
from lab import check, equal
from listing import Listing

lab.adopt_orphans()
server = lab.Server()
listing = Listing(server)


def check_limits(box, runtime, name):
    seen = listing.entry(box.id)
    equal((seen["runtime"], seen["name"]), (runtime, name), "runtime and name")
    equal(seen["memory"]["total"], lab.parse_meminfo(box.run("cat", "/proc/meminfo"))["MemTotal"] << 10, "limit")
    equal((seen["memory"]["limited"], seen["cpus"]), (True, 1), "limited, CPUs")
    cells = listing.line(box.id[:12])
    equal(cells[:3], [box.id[:12], name or "-", runtime], "id, name, runtime")
    equal(listing.line(box.id, "--no-trunc")[0], box.id, "id in full length")
    return seen


def docker_containers_have_names():
    """a Docker container has its name, limits, and the views that are its volumes"""
    check_docker(own_disk=False)


def docker_containers_have_names_on_a_disk_of_their_own():
    """a Docker container has its name where Docker's data is on a file system of its own"""
    check_docker(own_disk=True)


def check_docker(own_disk):
    docker, why_not = engines.start_docker(own_disk=own_disk)
    if why_not:
        raise lab.Skipped(why_not)
    name = lab.unique_name()
    volume = f"{server.mount}/proc/meminfo:/proc/meminfo:ro"
    box = engines.DockerBox(docker, "--name", name, "-m", "128m", "--cpus=1", "-v", volume)
    seen = check_limits(box, "docker", name)
    equal(seen["views"], {"proc/meminfo": "healthy"}, "views")
    equal(seen["init_pid"], int(docker.run("inspect", "-f", "{{.State.Pid}}", box.id)), "init")


def podman_containers_are_recognised():
    """a Podman container has its limits and the views that are its volumes"""
    podman = engines.Podman("/nonexistent")
    volume = f"{server.mount}/proc/meminfo:/proc/meminfo:ro"
    box = engines.PodmanBox(podman, "-m", "128m", "--cpus=1", "-v", volume)
    seen = check_limits(box, "podman", None)
    equal(seen["views"], {"proc/meminfo": "healthy"}, "views")
    equal(seen["init_pid"], int(podman.run("inspect", "-f", "{{.State.Pid}}", box.id)), "init")


lab.run([
    docker_containers_have_names,
    docker_containers_have_names_on_a_disk_of_their_own,
    podman_containers_are_recognised,
])
