// SPDX-License-Identifier: LGPL-2.1-or-later
/** Says what the Java machine tells of memory, CPUs and load, as asks.c does. */
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

final class Asks {
	public static void main(String[] words) {
		if (words[0].equals("runtime"))
			byRuntime();
		else
			byBean((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean());
	}

	private static void byRuntime() {
		System.out.println("memory " + Runtime.getRuntime().maxMemory());
		System.out.println("cpus " + Runtime.getRuntime().availableProcessors());
	}

	private static void byBean(OperatingSystemMXBean bean) {
		System.out.println("memory " + bean.getTotalMemorySize());
		System.out.println("cpus " + bean.getAvailableProcessors());
		System.out.println("load " + bean.getSystemLoadAverage());
	}
}
