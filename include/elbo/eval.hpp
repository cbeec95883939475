// SPDX-License-Identifier: MIT
#pragma once

// Judging a trained model.

#include <elbo/eval/answers.hpp>
#include <elbo/eval/likelihood.hpp>
#include <elbo/eval/strokes.hpp>
