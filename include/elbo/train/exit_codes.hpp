// SPDX-License-Identifier: MIT
#pragma once

namespace elbo::exit_codes {

inline constexpr int done            = 0;
inline constexpr int wrong_arguments = 2;  // the message holds the nearest right spelling
inline constexpr int bad_file        = 3;  // data or a checkpoint
inline constexpr int diverged        = 4;  // a loss or a gradient is not finite

}  // namespace elbo::exit_codes
