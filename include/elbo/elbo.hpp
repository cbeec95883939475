// SPDX-License-Identifier: MIT
#pragma once

// The vocabulary, in the order of the floors: types only, standard library only. A machine is another door
// (elbo/host.hpp), and so are training, files and evaluation.

#include <elbo/core/config.hpp>
#include <elbo/core/formula.hpp>
#include <elbo/core/list.hpp>
#include <elbo/core/pair_formula.hpp>
#include <elbo/core/random.hpp>
#include <elbo/core/reject.hpp>
#include <elbo/core/schedule.hpp>
#include <elbo/core/shape.hpp>
#include <elbo/core/text.hpp>

#include <elbo/tape/algebra.hpp>
#include <elbo/tape/canonical.hpp>
#include <elbo/tape/columns.hpp>
#include <elbo/tape/differentiate.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/plan.hpp>
#include <elbo/tape/tape.hpp>
#include <elbo/tape/value.hpp>

#include <elbo/layer/activation.hpp>
#include <elbo/layer/arrange.hpp>
#include <elbo/layer/attention.hpp>
#include <elbo/layer/combine.hpp>
#include <elbo/layer/convolution.hpp>
#include <elbo/layer/dropout.hpp>
#include <elbo/layer/entrywise.hpp>
#include <elbo/layer/join.hpp>
#include <elbo/layer/linear.hpp>
#include <elbo/layer/linear_with.hpp>
#include <elbo/layer/modulate.hpp>
#include <elbo/layer/network.hpp>
#include <elbo/layer/normalisation.hpp>
#include <elbo/layer/pooling.hpp>
#include <elbo/layer/pose.hpp>
#include <elbo/layer/recurrent.hpp>
#include <elbo/layer/stack.hpp>
#include <elbo/layer/thin_plate.hpp>
#include <elbo/layer/warp.hpp>

#include <elbo/dist/discrete.hpp>
#include <elbo/dist/distribution.hpp>
#include <elbo/dist/full_normal.hpp>
#include <elbo/dist/normal.hpp>
#include <elbo/dist/pixels.hpp>

#include <elbo/objective/bounds.hpp>
#include <elbo/objective/terms.hpp>

#include <elbo/model/autoencoder.hpp>
#include <elbo/model/completion.hpp>
#include <elbo/model/draw.hpp>
#include <elbo/model/draw_parts.hpp>
#include <elbo/model/joints.hpp>
#include <elbo/model/loop_options.hpp>
#include <elbo/model/m2.hpp>
#include <elbo/model/m2_joints.hpp>
#include <elbo/model/pose_priors.hpp>
#include <elbo/model/program.hpp>
#include <elbo/model/transformer_vae.hpp>
#include <elbo/model/vae.hpp>
#include <elbo/model/vrnn.hpp>
