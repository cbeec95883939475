// SPDX-License-Identifier: MIT
#pragma once

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

// As much of Boost.Test as the tests of a machine need, for computers with a GPU and without Boost.

namespace small_test {

struct test {
    const char* name;
    void (*run)();
};
inline std::vector<test>& tests() {
    static std::vector<test> all;
    return all;
}
struct added {
    added(const char* name, void (*run)()) { tests().push_back({name, run}); }
};
inline int         failures = 0;
inline std::string context;

inline void check(bool passed, const char* file, int line, const char* what, const std::string& more = {}) {
    if (passed) return;
    ++failures;
    std::printf("%s(%d): %s failed  %s  %s\n", file, line, what, more.c_str(), context.c_str());
}
struct in_context {
    explicit in_context(std::string text) { context = std::move(text); }
    ~in_context() { context.clear(); }
    bool once = true;
};
// Both sides of a comparison can be told apart only by words: the value is enough.
template <class T>
bool truth(const T& value) {
    return static_cast<bool>(value);
}

}  // namespace small_test

#define BOOST_AUTO_TEST_CASE(name)                                 \
    static void                     name();                        \
    static const small_test::added added_##name(#name, &name);     \
    static void                     name()
#define SMALL_TEST_PICK(first, second, which, ...) which
#define SMALL_TEST_ONE(condition) small_test::check(small_test::truth(condition), __FILE__, __LINE__, #condition)
#define SMALL_TEST_TWO(condition, message) \
    small_test::check(small_test::truth(condition), __FILE__, __LINE__, #condition, (std::ostringstream() << message).str())
#define BOOST_TEST(...) SMALL_TEST_PICK(__VA_ARGS__, SMALL_TEST_TWO, SMALL_TEST_ONE, )(__VA_ARGS__)
#define BOOST_TEST_CONTEXT(message) \
    for (small_test::in_context here((std::ostringstream() << message).str()); here.once; here.once = false)
#define BOOST_CHECK_THROW(expression, type)                                               \
    do {                                                                                  \
        bool thrown = false;                                                              \
        try {                                                                             \
            expression;                                                                   \
        } catch (const type&) {                                                           \
            thrown = true;                                                                \
        }                                                                                 \
        small_test::check(thrown, __FILE__, __LINE__, #expression " throws " #type);      \
    } while (false)

int main() {
    for (const small_test::test& t : small_test::tests()) {
        const int before = small_test::failures;
        try {
            t.run();
        } catch (const std::exception& e) {
            small_test::check(false, __FILE__, __LINE__, t.name, e.what());
        }
        std::printf("%-40s %s\n", t.name, small_test::failures == before ? "passed" : "FAILED");
    }
    return small_test::failures == 0 ? 0 : 1;
}
