// FFLAS-FFPACK's rank mod p of the matrix in a file. usage: peer_ffpack modular|balanced FILE P;
// for each line on standard input one run: prints the rank and its seconds.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>
#include <fflas-ffpack/fflas-ffpack.h>
#include <givaro/modular-balanced.h>
#include <givaro/modular.h>
#include "seconds.h"

template <class Field> static void serve(const Field &f, const char *file) {
    std::ifstream in(file);
    std::string line;
    size_t m, n;
    in >> m >> n;
    std::vector<double> a(m * n), b;
    for (double &x : a) {
        double t;
        in >> t;
        f.init(x, t);
    }
    while (std::getline(std::cin, line)) {
        b = a;
        double start = seconds();
        size_t r = FFPACK::Rank(f, m, n, b.data(), n);
        std::cout << r << " " << seconds() - start << std::endl;
    }
}

int main(int argc, char **argv) {
    if (argc != 4)
        return 2;
    double p = std::atof(argv[3]);
    if (argv[1][0] == 'm')
        serve(Givaro::Modular<double>(p), argv[2]);
    else
        serve(Givaro::ModularBalanced<double>(p), argv[2]);
}
