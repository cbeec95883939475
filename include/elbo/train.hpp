// SPDX-License-Identifier: MIT
#pragma once

// Training: the trainer, its callbacks, optimisers, checkpoints.

#include <elbo/train/average.hpp>
#include <elbo/train/callbacks.hpp>
#include <elbo/train/checkpoint.hpp>
#include <elbo/train/clip.hpp>
#include <elbo/train/early_stopping.hpp>
#include <elbo/model/card.hpp>
#include <elbo/train/metrics.hpp>
#include <elbo/train/model.hpp>
#include <elbo/train/on_host.hpp>
#include <elbo/train/optimizer.hpp>
#include <elbo/train/progress.hpp>
#include <elbo/train/signals.hpp>
#include <elbo/train/trainer.hpp>
#include <elbo/train/weights.hpp>
