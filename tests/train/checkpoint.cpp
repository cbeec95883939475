// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE checkpoint
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/train/checkpoint.hpp>

#include <unistd.h>
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <system_error>
#include <vector>

using namespace elbo;
namespace fs = std::filesystem;

namespace {

struct scratch {
    fs::path folder = fs::temp_directory_path() / ("elbo-checkpoint-" + std::to_string(getpid()));
    scratch() { fs::remove_all(folder); }
    ~scratch() { fs::remove_all(folder); }
    std::vector<std::string> names() const {
        std::vector<std::string> out;
        for (const auto& entry : fs::directory_iterator(folder)) out.push_back(entry.path().filename().string());
        std::sort(out.begin(), out.end());
        return out;
    }
    fs::path file(std::uint64_t step) const {
        return folder / checkpoint_name{"checkpoint", "fc_vae", 20, step}.file_name();
    }
};

struct weights {
    std::vector<float>            values;
    std::vector<io::tensor_entry> tensors;
    explicit weights(float start) : values{start, start + 1, start + 2, start + 3} {
        tensors.push_back(io::make_tensor<float>("encoder.1.weight", std::span<const float>(values), {2, 2}));
    }
};

std::string write(const checkpoint_folder& to, std::uint64_t step) {
    const weights w(static_cast<float>(step));
    return to.write(step, w.tensors, {{"epoch", "1"}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(names_say_what_a_file_is) {
    const checkpoint_name name{"checkpoint", "conv-z3-vae", 20, 12345};
    BOOST_TEST(name.file_name() == "checkpoint-conv-z3-vae-z20-000012345.safetensors");
    const auto back = checkpoint_name::parse(name.file_name());
    BOOST_REQUIRE(back.has_value());
    BOOST_TEST(back->model == "conv-z3-vae");
    BOOST_TEST(back->latent == 20u);
    BOOST_TEST(back->step == 12345u);
    BOOST_TEST(checkpoint_name::parse("best-a-z2-12345678901.safetensors")->step == 12345678901u);
    for (const char* other :
         {"", "checkpoint", "checkpoint-a-z2-12.safetensors", "checkpoint-a-z2-000000012.safetensors.part",
          "checkpoint-a-000000012.safetensors", "checkpoint-a-z-000000012.safetensors",
          "other-a-z2-000000012.safetensors", "checkpoint--z2.safetensors", "-z2-000000012.safetensors",
          "checkpoint-a-z02-000000012.safetensors", "checkpoint-a-z2-0000000012.safetensors",
          "checkpoint-a-z2-000000012.txt"})
        BOOST_TEST(!checkpoint_name::parse(other).has_value(), other);
}

BOOST_AUTO_TEST_CASE(the_newest_comes_back) {
    scratch                 s;
    const checkpoint_folder folder(s.folder.string(), "fc_vae", 20);
    BOOST_TEST(!folder.newest().found.has_value());  // not even a folder
    write(folder, 100);
    const std::string path = write(folder, 200);
    BOOST_TEST(path == s.file(200).string());
    const newest_checkpoint newest = folder.newest();
    BOOST_REQUIRE(newest.found.has_value());
    BOOST_TEST(newest.warnings.empty());
    BOOST_TEST(newest.found->step == 200u);
    BOOST_TEST(newest.found->path == path);
    BOOST_TEST(newest.found->file.metadata.at("epoch") == "1");
    BOOST_TEST(newest.found->file.metadata.at("model") == "fc_vae");
    BOOST_TEST((newest.found->file.tensors.at(0).values<float>() == weights(200).values));
    BOOST_TEST(!checkpoint_folder(s.folder.string(), "fc_vae", 21).newest().found.has_value());
    BOOST_TEST(!checkpoint_folder(s.folder.string(), "fc", 20).newest().found.has_value());
}

BOOST_AUTO_TEST_CASE(the_last_few_are_kept_and_others_models_are_left_alone) {
    scratch                 s;
    const checkpoint_folder folder(s.folder.string(), "fc_vae", 20, 2), other(s.folder.string(), "fc_vae", 5, 2);
    write(other, 1);
    std::ofstream(s.folder / "checkpoint-notes.txt") << "mine";
    for (std::uint64_t step = 100; step <= 500; step += 100) write(folder, step);
    BOOST_TEST(
        (s.names() == std::vector<std::string>{"checkpoint-fc_vae-z20-000000400.safetensors",
                                               "checkpoint-fc_vae-z20-000000500.safetensors",
                                               "checkpoint-fc_vae-z5-000000001.safetensors", "checkpoint-notes.txt"}));
}

BOOST_AUTO_TEST_CASE(a_step_back_removes_the_future_that_did_not_come_about) {
    scratch                 s;
    const checkpoint_folder folder(s.folder.string(), "fc_vae", 20, 3);
    for (const std::uint64_t step : {100u, 200u, 300u}) write(folder, step);
    write(folder, 150);
    BOOST_TEST(folder.newest().found->step == 150u);
    BOOST_TEST(s.names().size() == 2u);
}

BOOST_AUTO_TEST_CASE(a_damaged_one_is_passed_over_with_a_warning) {
    scratch                 s;
    const checkpoint_folder folder(s.folder.string(), "fc_vae", 20, 9);
    for (const std::uint64_t step : {100u, 200u, 300u, 400u, 500u}) write(folder, step);
    fs::resize_file(s.file(500), fs::file_size(s.file(500)) - 1);  // cut short
    {
        std::fstream f(s.file(400), std::ios::in | std::ios::out | std::ios::binary);  // one byte of a weight
        f.seekp(-2, std::ios::end);
        f.put('\x55');
    }
    fs::rename(s.file(300), s.file(350));  // says another step inside
    std::ofstream(s.file(600)).flush();    // empty
    const newest_checkpoint newest = folder.newest();
    BOOST_REQUIRE(newest.found.has_value());
    BOOST_TEST(newest.found->step == 200u);
    BOOST_REQUIRE(newest.warnings.size() == 4u);
    for (const std::string& line : newest.warnings) {
        BOOST_TEST(line.starts_with("passing over a damaged checkpoint: "));
        BOOST_TEST(line.find('\n') == std::string::npos);
    }
    BOOST_TEST(newest.warnings[2].find("expected tensors of fingerprint") != std::string::npos);
    BOOST_TEST(newest.warnings[3].find("expected step 350 in its metadata, got \"300\"") != std::string::npos);
    BOOST_CHECK_THROW(read_checkpoint(s.file(400).string()), io::bad_file);
    // Going on from 200 with one to keep: the good one must not give way to a damaged later one.
    const checkpoint_folder careful(s.folder.string(), "fc_vae", 20, 1);
    write(careful, 250);
    BOOST_TEST(careful.newest().found->step == 250u);
    BOOST_TEST(careful.newest().warnings.empty());
}

// It may be whole: who passed it over would go on from an older one, and then delete it.
BOOST_AUTO_TEST_CASE(one_that_cannot_be_opened_is_not_a_damaged_one) {
    const scratch           s;
    const checkpoint_folder folder(s.folder, "fc_vae", 20);
    write(folder, 5);
    fs::create_symlink(s.file(6).filename(), s.file(6));  // to itself
    BOOST_CHECK_THROW(folder.newest(), io::unreadable);
    fs::remove(s.file(6));
    BOOST_TEST(folder.newest().found->step == 5u);
}
BOOST_AUTO_TEST_CASE(the_best_is_one_and_stays) {
    scratch                 s;
    const checkpoint_folder folder(s.folder.string(), "fc_vae", 20, 1);
    for (const std::uint64_t step : {100u, 200u, 300u, 400u}) {
        write(folder, step);
        const weights w(static_cast<float>(step));
        if (step == 100 || step == 200) folder.write_best(step, w.tensors, {{"bound", "-100.5"}});
    }
    BOOST_TEST((s.names() == std::vector<std::string>{"best-fc_vae-z20-000000200.safetensors",
                                                      "checkpoint-fc_vae-z20-000000400.safetensors"}));
    const io::tensor_file best = read_checkpoint((s.folder / "best-fc_vae-z20-000000200.safetensors").string());
    BOOST_TEST((best.tensors.at(0).values<float>() == weights(200).values));
    BOOST_TEST(folder.newest().found->step == 400u);  // the best is not where a run goes on
}

BOOST_AUTO_TEST_CASE(nothing_is_removed_when_writing_fails) {
    scratch                 s;
    const checkpoint_folder folder(s.folder.string(), "fc_vae", 20, 1);
    write(folder, 100);
    weights w(7);
    w.tensors.push_back(w.tensors.front());  // two of one name
    BOOST_CHECK_THROW(folder.write(200, w.tensors), std::invalid_argument);
    fs::create_directory(s.file(300));  // a folder in the way of the rename
    BOOST_CHECK_THROW(write(folder, 300), std::system_error);
    fs::remove(s.file(300));
    BOOST_TEST((s.names() == std::vector<std::string>{s.file(100).filename().string()}));
}

BOOST_AUTO_TEST_CASE(files_of_others_have_no_fingerprint_and_are_read) {
    scratch s;
    fs::create_directories(s.folder);
    const weights w(1);
    io::write_safetensors((s.folder / "theirs.safetensors").string(), {}, w.tensors);
    BOOST_TEST(read_checkpoint((s.folder / "theirs.safetensors").string()).tensors.size() == 1u);
}
