// SPDX-License-Identifier: MIT
// libtorch_fc_vae FOLDER: examples/first_model.cpp as a user of libtorch would write it, on MNIST's files: the network, its loss, a
// data loader, Adam, five epochs, samples, a checkpoint. table_of_compiling.py compiles it; nobody runs it.

#include <torch/torch.h>

#include <cstdio>
#include <string>
#include <tuple>

struct VAEImpl : torch::nn::Module {
    VAEImpl()
        : encoder(torch::nn::Linear(784, 500), torch::nn::Tanh(), torch::nn::Linear(500, 40)),
          decoder(torch::nn::Linear(20, 500), torch::nn::Tanh(), torch::nn::Linear(500, 784)) {
        register_module("encoder", encoder);
        register_module("decoder", decoder);
    }

    std::tuple<torch::Tensor, torch::Tensor, torch::Tensor> forward(const torch::Tensor& x) {
        const auto halves = encoder->forward(x).chunk(2, 1);
        const auto z      = halves[0] + torch::exp(0.5 * halves[1]) * torch::randn_like(halves[0]);
        return {decoder->forward(z), halves[0], halves[1]};
    }
    torch::Tensor sample(std::int64_t count) { return torch::sigmoid(decoder->forward(torch::randn({count, 20}))); }

    torch::nn::Sequential encoder, decoder;
};
TORCH_MODULE(VAE);

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    torch::manual_seed(1);
    auto digits = torch::data::datasets::MNIST(argv[1]).map(torch::data::transforms::Stack<>());
    auto loader = torch::data::make_data_loader<torch::data::samplers::RandomSampler>(std::move(digits), torch::data::DataLoaderOptions().batch_size(100));

    VAE                model;
    torch::optim::Adam adam(model->parameters(), torch::optim::AdamOptions(1e-3));
    for (int epoch = 1; epoch <= 5; ++epoch) {
        double        sum   = 0;
        std::int64_t  count = 0;
        for (const auto& batch : *loader) {
            const auto x                         = batch.data.view({-1, 784});
            const auto [logits, mean, log_variance] = model->forward(x);
            const auto reconstruction =
                torch::nn::functional::binary_cross_entropy_with_logits(logits, x, torch::nn::functional::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kSum));
            const auto kl   = 0.5 * (mean.pow(2) + log_variance.exp() - log_variance - 1).sum();
            const auto loss = (reconstruction + kl) / x.size(0);
            adam.zero_grad();
            loss.backward();
            adam.step();
            sum += loss.item<double>() * static_cast<double>(x.size(0));
            count += x.size(0);
        }
        std::printf("epoch %d: %.2f nats an image\n", epoch, sum / static_cast<double>(count));
    }
    torch::NoGradGuard none;
    torch::save(model->sample(100), "samples.pt");
    torch::save(model, "fc_vae.pt");
}
