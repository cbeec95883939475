// SPDX-License-Identifier: MIT
// What headers only declare where the library was compiled once is in it: data::load, which complains of a folder that is not there.
#include <elbo/io/load.hpp>
#include <elbo/io/problem.hpp>

#include <cstdio>

int main() {
    try {
        elbo::data::load("no such folder");
    } catch (const elbo::io::bad_file& problem) {
        std::puts(problem.what());
        return 0;
    }
    return 1;
}
