// SPDX-License-Identifier: MIT
// A network that begins with zero weights in front of its pose sees its input bit for bit: on the host too.
#define BOOST_TEST_MODULE pose
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>
#include <elbo/train/model.hpp>

using namespace elbo;

using image = shape<2, 28, 20>;

template <class Pose>
struct looks_at : stack<image, transformed_by<Pose, flatten, linear<Pose::size, zeros>>> {};
template <class Pose>
struct looker {
    using inputs   = list<image>;
    using networks = list<net<"looks", looks_at<Pose>>>;

    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        return minimise(term("difference", sum(square(run<looks_at<Pose>>(record, x) - x))));
    }
    static constexpr void see(auto& record) { output(record, "result", run<looks_at<Pose>>(record, input<image>(record))); }
};

template <class Pose>
void begins_at_the_identity() {
    host                            machine({.threads = 1});
    built_model<looker<Pose>, host> model(machine);
    std::vector<float>              x(130 * image::size);
    const draws                     random(1, "x");
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = random.uniform<float>(static_cast<std::uint32_t>(i));
    const auto seen = model.template compute<image>([](auto& r) { looker<Pose>::see(r); }, x);
    BOOST_TEST((seen.values == x));
}

BOOST_AUTO_TEST_CASE(affine) { begins_at_the_identity<affine_pose>(); }
BOOST_AUTO_TEST_CASE(similarity) { begins_at_the_identity<similarity_pose>(); }
BOOST_AUTO_TEST_CASE(scaled) { begins_at_the_identity<scaled_pose>(); }
BOOST_AUTO_TEST_CASE(sheared) { begins_at_the_identity<sheared_pose>(); }
BOOST_AUTO_TEST_CASE(thin_plate) { begins_at_the_identity<thin_plate_pose<3>>(); }
