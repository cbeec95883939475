// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/bytes.hpp>
#include <elbo/io/inflate.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

ELBO_COMPILED_ONCE

namespace elbo::io {

// No file is read, and none is unpacked, beyond this unless the caller says so.
inline constexpr std::size_t largest_file = std::size_t{1} << 31;

// A descriptor that closes itself.
class file_handle {
public:
    explicit file_handle(int number) : number_(number) {}
    file_handle(const file_handle&)            = delete;
    file_handle& operator=(const file_handle&) = delete;
    ~file_handle() { close_now(); }

    int number() const { return number_; }
    // Some file systems report a full disk only here.
    bool close_now() { return number_ < 0 || ::close(std::exchange(number_, -1)) == 0; }

private:
    int number_;
};

// A regular file's first bytes, at most `most` of them. A file of another size than `whole` allows is refused.
inline std::vector<std::uint8_t> read_start(const std::string& path, std::size_t most, std::size_t whole) {
    const auto fail = [&](const char* what) -> void {
        const std::string why = sentence({path, ": ", what, ": ", std::strerror(errno)});
        if (errno == ENOENT) throw bad_file(why);
        throw unreadable(why);
    };
    const file_handle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));   // a pipe must not make us wait
    if (file.number() < 0) fail("cannot open");
    struct ::stat about {};
    if (::fstat(file.number(), &about) != 0) fail("cannot look at");
    if (!S_ISREG(about.st_mode)) refuse({path, ": expected a file, got a folder, a device or a pipe"});
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size > whole) refuse(path, 0, {"at most ", whole, " bytes"}, {size});

    std::vector<std::uint8_t> bytes(std::min(size, most));
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t count =
            ::read(file.number(), bytes.data() + done, std::min(bytes.size() - done, std::size_t{1} << 30));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail("cannot read");
        if (count == 0) refuse(path, done, {bytes.size(), " bytes"}, {"the end while reading"});
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

inline std::vector<std::uint8_t> read_file(const std::string& path, std::size_t limit = largest_file) {
    return read_start(path, limit, limit);
}

// The bytes a reader sees, and the name by which it complains: offsets count unpacked bytes.
struct contents {
    std::string               name;
    std::vector<std::uint8_t> bytes;
};

inline bool is_gzip(bytes_view bytes) { return bytes.size() >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B; }

inline contents read_unpacked(const std::string& path, std::size_t limit = largest_file) {
    std::vector<std::uint8_t> bytes = read_file(path, limit);
    if (!is_gzip(bytes)) return {path, std::move(bytes)};
    return {sentence({path, " (unpacked)"}), gunzip(bytes, limit, path)};
}

// A file that appears whole or not at all: written beside its place under a temporary name, flushed to the disk, and
// renamed by commit(). Until then, and after any failure, the file that was there before is untouched.
class atomic_file {
public:
    explicit atomic_file(std::string path) : path_(std::move(path)), file_(create()) {}
    atomic_file(const atomic_file&)            = delete;
    atomic_file& operator=(const atomic_file&) = delete;
    ~atomic_file() {
        if (!temporary_.empty()) ::unlink(temporary_.c_str());
    }

    void append(bytes_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::write(file_.number(), bytes.data(), std::min(bytes.size(), std::size_t{1} << 30));
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) fail("writing", count == 0 ? ENOSPC : errno);
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
    }
    void append(std::string_view text) {
        append(bytes_view(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
    }

    void commit() {
        if (::fsync(file_.number()) != 0) fail("flushing to the disk", errno);
        if (!file_.close_now()) fail("closing", errno);
        if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("renaming", errno);
        temporary_.clear();
        // The new name is on the disk once its folder is. Folders of some file systems cannot be flushed: EINVAL.
        const file_handle folder(::open(folder_of(path_).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
        if (folder.number() >= 0 && ::fsync(folder.number()) != 0 && errno != EINVAL)
            throw std::system_error(errno, std::generic_category(),
                                    sentence({path_, ": written, but flushing its folder failed"}));
    }

private:
    [[noreturn]] void fail(const char* what, int reason) const {
        throw std::system_error(reason, std::generic_category(),
                                sentence({path_, ": ", what, " failed, what was there before is untouched"}));
    }
    static std::string folder_of(const std::string& path) {
        const std::size_t slash = path.rfind('/');
        return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
    }

    // Process and counter make the name our own; a leftover of a killed process with our number is passed over.
    int create() {
        static std::atomic<unsigned> counter{0};
        const std::size_t            slash = path_.rfind('/'), start = slash == std::string::npos ? 0 : slash + 1;
        for (int attempt = 0; attempt < 100; ++attempt) {
            const std::string_view path = path_;
            temporary_ = sentence({path.substr(0, start), ".", path.substr(start), ".", static_cast<unsigned>(::getpid()),
                                   "-", counter++, ".part"});
            const int number = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
            if (number >= 0) return number;
            if (errno != EEXIST) break;
        }
        const int reason = errno;
        temporary_.clear();
        fail("creating a file beside it", reason);
    }

    std::string path_, temporary_;
    file_handle file_;
};

// What processes that are no more left of `path`, half written.
inline void remove_leftovers(const std::string& path) {
    const std::filesystem::path whole(path), folder = whole.has_parent_path() ? whole.parent_path() : std::filesystem::path(".");
    const std::string           begin = sentence({".", whole.filename().string(), "."}), end = ".part";
    std::error_code             none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        const std::string name = entry.path().filename().string();
        if (name.size() <= begin.size() + end.size() || !name.starts_with(begin) || !name.ends_with(end)) continue;
        long        process = 0;
        const char* digits  = name.data() + begin.size();
        if (const auto [rest, wrong] = std::from_chars(digits, name.data() + name.size(), process); wrong != std::errc() || rest == digits || *rest != '-') continue;
        if (process > 0 && ::kill(static_cast<pid_t>(process), 0) != 0 && errno == ESRCH) std::filesystem::remove(entry.path(), none);
    }
}

inline void write_atomically(const std::string& path, bytes_view bytes) {
    atomic_file file(path);
    file.append(bytes);
    file.commit();
}
inline void write_atomically(const std::string& path, std::string_view text) {
    atomic_file file(path);
    file.append(text);
    file.commit();
}

}  // namespace elbo::io
