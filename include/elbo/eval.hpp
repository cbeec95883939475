// SPDX-License-Identifier: MIT
#pragma once

// Judging a trained model.

#include <elbo/eval/answers.hpp>
#include <elbo/eval/folds.hpp>
#include <elbo/eval/gaussian_svm.hpp>
#include <elbo/eval/likelihood.hpp>
#include <elbo/eval/linear_svm.hpp>
#include <elbo/eval/nearest.hpp>
#include <elbo/eval/points.hpp>
#include <elbo/eval/principal_components.hpp>
#include <elbo/eval/strokes.hpp>
#include <elbo/eval/svm_dual.hpp>
#include <elbo/eval/tsne.hpp>
