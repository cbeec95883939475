// SPDX-License-Identifier: MIT
// A target must have a source; this one is asked for its flags alone.
