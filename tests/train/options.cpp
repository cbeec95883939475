// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE options
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/train/options.hpp>
#include <elbo/train/run_record.hpp>

#include <string>
#include <variant>
#include <vector>

using namespace elbo;

namespace {

const trainer_card card{.name     = "fc_vae",
                        .about    = "A fully connected VAE.",
                        .epochs   = 30,
                        .batch    = 100,
                        .settings = {{"lr", 1e-3, "learning rate"},
                                     {"beta", 1.0, "weight of the KL term"},
                                     {"prior", std::string("normal"), "which prior"}}};

options good(const std::vector<std::string>& arguments) {
    const parsed_options parsed = parse_options(arguments, card);
    if (const auto* wrong = std::get_if<wrong_arguments>(&parsed)) BOOST_FAIL(wrong->message);
    return std::get<options>(parsed);
}
std::string bad(const std::vector<std::string>& arguments) {
    const parsed_options parsed = parse_options(arguments, card);
    if (!std::holds_alternative<wrong_arguments>(parsed)) BOOST_FAIL("was taken");
    BOOST_TEST(wrong_arguments::exit_code == 2);
    return std::get<wrong_arguments>(parsed).message;
}

}  // namespace

BOOST_AUTO_TEST_CASE(defaults_come_from_the_card) {
    const options o = good({});
    BOOST_TEST(o.data == "digits");
    BOOST_TEST(o.epochs == 30u);
    BOOST_TEST(o.batch == 100u);
    BOOST_TEST(o.seed == 1u);
    BOOST_TEST(o.threads == 0u);
    BOOST_TEST(o.out == "runs/fc_vae");
    BOOST_TEST(!(o.resume || o.summary || o.fast || o.help));
    BOOST_TEST(o.number("lr") == 1e-3);
    BOOST_TEST(o.text("prior") == "normal");
    BOOST_CHECK_THROW(o.text("lr"), std::logic_error);
    BOOST_CHECK_THROW(o.number("none"), std::logic_error);
}

BOOST_AUTO_TEST_CASE(every_option_is_taken) {
    const options o = good({"--data", "mnist/", "--epochs", "3", "--batch=50", "--seed", "18446744073709551615",
                            "--threads", "2", "--out=a=b", "--resume", "--set", "lr=2e-4", "--set=prior=vamp=3",
                            "--summary", "--evaluate", "w.safetensors", "--fast", "--help"});
    BOOST_TEST(o.data == "mnist/");
    BOOST_TEST(o.epochs == 3u);
    BOOST_TEST(o.batch == 50u);
    BOOST_TEST(o.seed == 18446744073709551615u);
    BOOST_TEST(o.threads == 2u);
    BOOST_TEST(o.out == "a=b");
    BOOST_TEST((o.resume && o.summary && o.fast && o.help));
    BOOST_TEST(o.evaluate == "w.safetensors");
    BOOST_TEST(o.number("lr") == 2e-4);
    BOOST_TEST(o.text("prior") == "vamp=3");
    BOOST_TEST(good({"--seed", "1", "--seed", "2"}).seed == 2u);
    BOOST_TEST(good({"--set", "prior="}).text("prior").empty());
    BOOST_TEST(good({"--set", "beta=-1"}).number("beta") == -1);
}

BOOST_AUTO_TEST_CASE(fast_is_short_unless_told) {
    BOOST_TEST(good({"--fast"}).epochs == 1u);
    BOOST_TEST(good({"--fast", "--epochs", "7"}).epochs == 7u);
    BOOST_TEST(good({"--epochs", "7", "--fast"}).epochs == 7u);
}

BOOST_AUTO_TEST_CASE(mistakes_are_named_with_the_nearest_right_spelling) {
    BOOST_TEST(bad({"--epoch", "3"}) == "fc_vae: unknown argument --epoch; did you mean --epochs?");
    BOOST_TEST(bad({"--ecpohs=3"}) == "fc_vae: unknown argument --ecpohs; did you mean --epochs?");
    BOOST_TEST(bad({"--reusme"}) == "fc_vae: unknown argument --reusme; did you mean --resume?");
    BOOST_TEST(bad({"-h"}) == "fc_vae: unknown argument -h; see --help");
    BOOST_TEST(bad({"mnist"}) == "fc_vae: unknown argument mnist; see --help");
    BOOST_TEST(bad({"--set", "btea=2"}) == "fc_vae: unknown setting btea; did you mean beta?");
    BOOST_TEST(bad({"--set", "temperature=2"}) == "fc_vae: unknown setting temperature; see --help");
    BOOST_TEST(bad({"--set", "lr"}) == "fc_vae: --set lr needs a value: --set lr=VALUE");
    BOOST_TEST(bad({"--set", "lr=fast"}) == "fc_vae: setting lr needs a number, got fast");
    BOOST_TEST(bad({"--set", "lr="}) == "fc_vae: setting lr needs a number, got nothing");
    BOOST_TEST(bad({"--set", "lr=1e-3x"}) == "fc_vae: setting lr needs a number, got 1e-3x");
    BOOST_TEST(bad({"--epochs", "ten"}) == "fc_vae: --epochs needs a whole number, got ten");
    BOOST_TEST(bad({"--epochs", "-1"}) == "fc_vae: --epochs needs a whole number, got -1");
    BOOST_TEST(bad({"--epochs", "1.5"}) == "fc_vae: --epochs needs a whole number, got 1.5");
    BOOST_TEST(bad({"--seed", "18446744073709551616"}) ==
               "fc_vae: --seed needs a whole number, got 18446744073709551616");
    BOOST_TEST(bad({"--batch", "0"}) == "fc_vae: --batch needs at least 1");
    BOOST_TEST(bad({"--out"}) == "fc_vae: --out needs a value: --out DIR");
    BOOST_TEST(bad({"--out", "--resume"}) == "fc_vae: --out needs a value: --out DIR");
    BOOST_TEST(bad({"--data="}) == "fc_vae: --data needs a value: --data digits|PATH");
    BOOST_TEST(bad({"--resume=yes"}) == "fc_vae: --resume takes no value");
}

BOOST_AUTO_TEST_CASE(argv_leaves_out_the_program) {
    const char* const argv[] = {"./fc_vae", "--epochs", "4"};
    BOOST_TEST(std::get<options>(parse_options(3, argv, card)).epochs == 4u);
    BOOST_TEST(std::get<options>(parse_options(0, argv, card)).epochs == 30u);
}

BOOST_AUTO_TEST_CASE(edit_distance_counts_edits) {
    BOOST_TEST(edit_distance("", "abc") == 3u);
    BOOST_TEST(edit_distance("abc", "") == 3u);
    BOOST_TEST(edit_distance("kitten", "sitting") == 3u);
    BOOST_TEST(edit_distance("abcd", "acbd") == 1u);
    BOOST_TEST(edit_distance("same", "same") == 0u);
}

BOOST_AUTO_TEST_CASE(help_names_everything) {
    const std::string page = help_page(card);
    for (const char* word :
         {"fc_vae - A fully connected VAE.", "--data digits|PATH", "--epochs N", "[30]", "--batch N", "--seed N",
          "--threads N", "--out DIR", "[runs/fc_vae]", "--resume", "--set KEY=VALUE", "--summary",
          "--evaluate FILE.safetensors", "--fast", "--help", "lr", "[0.001]", "which prior [normal]", "4 diverged"})
        BOOST_TEST(page.find(word) != std::string::npos, word);
    for (std::size_t start = 0, end = 0; (end = page.find('\n', start)) != std::string::npos; start = end + 1)
        BOOST_TEST(end - start <= 100u);
}

BOOST_AUTO_TEST_CASE(the_record_repeats_the_run) {
    const options o =
        good({"--data", "it's here", "--set", "prior=a b", "--seed", "18446744073709551615", "--set", "lr=0.3"});
    const io::json record = io::json::parse(run_record(o, card).dump(true));
    BOOST_TEST(record["command"].text() ==
               "fc_vae --data 'it'\\''s here' --epochs 30 --batch 100 --seed 18446744073709551615 --threads 0 --out "
               "runs/fc_vae "
               "--set beta=1 --set lr=0.3 --set 'prior=a b'");
    BOOST_TEST(record["seed"].count() == 18446744073709551615u);
    BOOST_TEST(record["settings"]["lr"].number() == 0.3);
    BOOST_TEST(record["settings"]["prior"].text() == "a b");
    BOOST_TEST(record["started"].text().size() == 20u);
    BOOST_TEST(!record["compiler"].text().empty());
}

BOOST_AUTO_TEST_CASE(a_data_set_is_described_and_recognised) {
    data::images set;
    set.name = "tiny", set.height = 2, set.width = 3;
    set.pixels         = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    const io::json one = describe(set);
    BOOST_TEST(one["images"].count() == 2u);
    BOOST_TEST(one["shape"].dump() == "[1, 2, 3]");
    BOOST_TEST(one["pixels"].text() == "grey");
    set.pixels[11] = 13;
    BOOST_TEST(describe(set)["fingerprint"].text() != one["fingerprint"].text());
    set.pixels[11] = 12;
    BOOST_TEST(describe(set)["fingerprint"].text() == one["fingerprint"].text());
    BOOST_TEST(fingerprint().add("ab").add("c").value() != fingerprint().add("a").add("bc").value());
}
