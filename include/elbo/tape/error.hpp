// SPDX-License-Identifier: MIT
#pragma once

#include <exception>

namespace elbo {

// A tape that cannot be recorded. Inside a constant expression it is a compile error whose trail shows the sentence.
class recording_error : public std::exception {
public:
    explicit recording_error(const char* sentence) : sentence_(sentence) {}
    const char* what() const noexcept override { return sentence_; }

private:
    const char* sentence_;
};

}  // namespace elbo
