// SPDX-License-Identifier: LGPL-2.1-or-later

//go:build tools

// What tests/k8s/build.sh builds to see the chart with: helm, from the module proxy.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
