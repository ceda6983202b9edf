// SPDX-License-Identifier: LGPL-2.1-or-later
// Says what Node tells of memory, CPUs, uptime and load, as asks.c does.
const os = require("os");

const ways = {
	os: () => ({memory: os.totalmem(), cpus: os.cpus().length, uptime: os.uptime(), load: os.loadavg()[0]}),
	limits: () => ({memory: process.constrainedMemory?.() ?? 0, cpus: os.availableParallelism?.() ?? 0}),
};
for (const [what, number] of Object.entries(ways[process.argv[2]]()))
	console.log(what, number);
