// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE atomic_write
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "made_files.hpp"

#include <elbo/io/file.hpp>
#include <elbo/io/safetensors.hpp>

#include <csignal>
#include <filesystem>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

using namespace elbo::io;
using made::bytes;

namespace {

std::size_t files_in(const std::string& folder) {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
    return count;
}

// The disk seems full after `most` bytes of a file, for as long as this lives.
class full_disk {
public:
    explicit full_disk(rlim_t most) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit now{most, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &now);
        handler_ = std::signal(SIGXFSZ, SIG_IGN);
    }
    full_disk(const full_disk&)            = delete;
    full_disk& operator=(const full_disk&) = delete;
    ~full_disk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, handler_);
    }

private:
    rlimit before_{};
    void (*handler_)(int) = nullptr;
};

}  // namespace

BOOST_AUTO_TEST_CASE(written_and_replaced) {
    const made::folder home;
    const std::string  path = home.path("file");
    const bytes        data = made::noise(100000);
    write_atomically(path, data);
    BOOST_TEST((read_file(path) == data));
    write_atomically(path, "short");
    BOOST_TEST((read_file(path) == made::text("short")));
    write_atomically(path, bytes{});
    BOOST_TEST(read_file(path).empty());
    BOOST_TEST(files_in(home.path()) == 1u);
}

BOOST_AUTO_TEST_CASE(nothing_appears_before_commit) {
    const made::folder home;
    const std::string  path = home.put("file", made::text("old"));
    {
        atomic_file file(path);
        file.append("new");
        BOOST_TEST((made::slurp(path) == made::text("old")));
        BOOST_TEST(files_in(home.path()) == 2u);
    }
    BOOST_TEST((made::slurp(path) == made::text("old")));
    BOOST_TEST(files_in(home.path()) == 1u);
}

BOOST_AUTO_TEST_CASE(a_full_disk_keeps_the_file_before) {
    const made::folder home;
    const std::string  path = home.put("file", made::text("old"));
    const bytes        data = made::noise(100000);
    {
        const full_disk limit(5000);
        try {
            write_atomically(path, data);
            BOOST_ERROR("a full disk went unnoticed");
        } catch (const std::system_error& problem) {
            const std::string text = problem.what();
            BOOST_TEST(problem.code().value() == EFBIG);
            BOOST_TEST(text.starts_with(path + ": writing failed"));
            BOOST_TEST(text.find('\n') == std::string::npos);
        }
        const std::vector<float>        many(5000);
        const std::vector<tensor_entry> tensors{make_tensor<float>("w", many, {5000})};
        BOOST_CHECK_THROW(write_safetensors(path, {}, tensors), std::system_error);
    }
    BOOST_TEST((made::slurp(path) == made::text("old")));
    BOOST_TEST(files_in(home.path()) == 1u);
    write_atomically(path, data);
    BOOST_TEST((made::slurp(path) == data));
}

// A process that is killed between two parts leaves the old file, and what it leaves behind is in nobody's way.
BOOST_AUTO_TEST_CASE(a_killed_process_keeps_the_file_before) {
    const made::folder home;
    const std::string  path  = home.put("file", made::text("old"));
    const pid_t        child = ::fork();
    if (child == 0) {
        atomic_file file(path);
        file.append("half of the n");
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST(WIFSIGNALED(status));
    BOOST_TEST((made::slurp(path) == made::text("old")));
    write_atomically(path, "new");
    BOOST_TEST((made::slurp(path) == made::text("new")));

    // What it left goes when somebody says so; what a living process is writing stays, as do others' files.
    BOOST_TEST(files_in(home.path()) == 2u);
    atomic_file still_written(path);
    const std::string other = home.put(".file.notes.part", made::text("mine"));
    BOOST_TEST(files_in(home.path()) == 4u);
    remove_leftovers(path);
    BOOST_TEST(files_in(home.path()) == 3u);
    BOOST_TEST((made::slurp(other) == made::text("mine")));
    still_written.append("newer");
    still_written.commit();
    BOOST_TEST((made::slurp(path) == made::text("newer")));
}

BOOST_AUTO_TEST_CASE(places_that_cannot_be_written) {
    const made::folder home;
    home.put("folder/inside", made::text("x"));
    for (const std::string& path : {home.path("absent/file"), home.path("folder/inside/file"),
                                    std::string("/proc/elbo"), std::string("/dev/full/x")})
        BOOST_CHECK_THROW(write_atomically(path, "text"), std::system_error);
    // a folder has the name: the rename fails, and the temporary file goes away
    BOOST_CHECK_THROW(write_atomically(home.path("folder"), "text"), std::system_error);
    BOOST_TEST(files_in(home.path()) == 1u);
    BOOST_TEST((made::slurp(home.path("folder/inside")) == made::text("x")));
    BOOST_CHECK_THROW(write_atomically(home.path(std::string(300, 'n')), "text"), std::system_error);
    if (::geteuid() != 0) {
        ::chmod(home.path("folder").c_str(), 0500);
        BOOST_CHECK_THROW(write_atomically(home.path("folder/inside"), "text"), std::system_error);
        ::chmod(home.path("folder").c_str(), 0700);
    }
}

BOOST_AUTO_TEST_CASE(a_name_without_a_folder) {
    const made::folder home;
    const auto         before = std::filesystem::current_path();
    std::filesystem::current_path(home.path());
    write_atomically("file", "text");
    BOOST_TEST((read_file("file") == made::text("text")));
    std::filesystem::current_path(before);
}

BOOST_AUTO_TEST_CASE(reading) {
    const made::folder home;
    const std::string  path = home.put("file", made::noise(1000));
    BOOST_TEST(read_file(path, 1000).size() == 1000u);
    BOOST_TEST(read_start(path, 10, 1000).size() == 10u);
    BOOST_CHECK_THROW(read_file(path, 999), bad_file);
    BOOST_CHECK_THROW(read_file(home.path("absent")), bad_file);
    BOOST_CHECK_THROW(read_file(home.path()), bad_file);
    BOOST_CHECK_THROW(read_file("/dev/zero"), bad_file);
    ::mkfifo(home.path("pipe").c_str(), 0600);
    BOOST_CHECK_THROW(read_file(home.path("pipe")), bad_file);   // and does not wait for a writer
    const bytes plain = made::noise(500);
    BOOST_TEST((read_unpacked(home.put("plain", plain)).bytes == plain));
    BOOST_TEST((read_unpacked(home.put("packed", made::gzip(plain))).bytes == plain));
    BOOST_CHECK_THROW(read_unpacked(home.path("packed"), 499), bad_file);
}
