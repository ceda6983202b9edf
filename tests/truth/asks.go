// SPDX-License-Identifier: LGPL-2.1-or-later

// Says how many CPUs Go tells of, as asks.c does.
package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	if os.Args[1] == "numcpu" {
		fmt.Println("cpus", runtime.NumCPU())
	} else {
		fmt.Println("cpus", runtime.GOMAXPROCS(0))
	}
}
