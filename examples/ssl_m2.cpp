// SPDX-License-Identifier: MIT
// M2 of Kingma et al. (2014): digits of which a thousand have labels. What the command line sets was chosen on 10,000 images held out
// for validation; the test images are looked at once, at the end.
//     ssl_m2 --data mnist --set labels=1000 --set draw=1
//     ssl_m2 --data mnist --set net=conv --epochs 30
//     ssl_m2 --data mnist --set baseline=yes       the same classifier for as many steps, without the unlabelled images
#include "harness.hpp"
#include "ssl.hpp"

using namespace elbo;
using namespace elbo::examples;

// In a code of few numbers there is no room for the label: the decoder has to be told.
struct classifier : stack<image, flatten, dropout<20>, linear<500>, batch_norm<>, act::relu, dropout<50>, linear<500>, batch_norm<>,
                          act::relu, dropout<50>, linear<10>, to<categorical<10>>> {};
struct encoder : stack<image, flatten, linear_with<digit, 500>, batch_norm<>, act::relu, linear<20>, to<diagonal_normal<10>>> {};
struct decoder : stack<shape<10>, linear_with<digit, 500>, batch_norm<>, act::relu, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_m2 : m2<classifier, encoder, decoder> {};

struct conv_classifier : stack<image, conv<32, 4, 2, 1>, batch_norm<>, act::relu, dropout<20>, conv<64, 4, 2, 1>, batch_norm<>, act::relu,
                               dropout<30>, flatten, linear<256>, batch_norm<>, act::relu, dropout<50>, linear<10>, to<categorical<10>>> {};
struct conv_encoder : stack<image, conv<16, 4, 2, 1>, batch_norm<>, act::relu, conv<32, 4, 2, 1>, batch_norm<>, act::relu, flatten,
                            linear_with<digit, 500>, batch_norm<>, act::relu, linear<20>, to<diagonal_normal<10>>> {};
struct conv_m2 : m2<conv_classifier, conv_encoder, decoder> {};  // the decoder runs ten times as often: convolutions there cost most

template <class Model>
int train(const call& with) {
    return with.one_of("baseline", {"no", "yes"}) == "yes" ? with.train<labels_only<Model>>(few_labels<labels_only<Model>>())
                                                           : with.train<Model>(few_labels<Model>());
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "ssl_m2",
                            .about    = "Digits learned from few labels and many images",
                            .epochs   = 60,
                            .settings = {{"net", std::string("fc"), "fc or conv"},
                                         {"labels", 1000.0, "labelled images, as many of each digit"},
                                         {"draw", 1.0, "which ones: same number, same images"},
                                         {"baseline", std::string("no"), "yes: the classifier alone"},
                                         {"alpha", 3.0, "weight of the classifier's own term: eq. 9, for each unlabelled image"},
                                         {"labelled", 1.0, "weight of the labelled images' bound, for each unlabelled image"},
                                         {"learning_rate", 2e-3, "it falls along a cosine to a hundredth of this"},
                                         {"weight_decay", 2e-5, "the weights' normal prior, for each image"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"},
                                         {"average", 0.9995, "decay of the running average of the weights that is evaluated"}}};
    return main_of(card, argc, argv, [](const call& with) {
        return with.one_of("net", {"fc", "conv"}) == "fc" ? train<fc_m2>(with) : train<conv_m2>(with);
    });
}
