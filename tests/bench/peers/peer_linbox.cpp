// LinBox's rank over Z (Monte Carlo: never too large) of the matrix in a file. usage: peer_linbox
// FILE; for each line on standard input one run: prints the rank and its seconds.
#include <linbox/linbox-config.h>
#include <givaro/zring.h>
#include <linbox/matrix/dense-matrix.h>
#include <linbox/ring/modular.h>
#include <linbox/solutions/rank.h>
#include <fstream>
#include <iostream>
#include <string>
#include "seconds.h"

int main(int argc, char **argv) {
    typedef Givaro::ZRing<Givaro::Integer> Ring;
    Ring z;
    if (argc != 2)
        return 2;
    std::ifstream in(argv[1]);
    std::string line;
    size_t m, n, r = 0;
    in >> m >> n;
    LinBox::DenseMatrix<Ring> a(z, m, n);
    Givaro::Integer x;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            in >> x;
            a.setEntry(i, j, x);
        }
    while (std::getline(std::cin, line)) {
        double start = seconds();
        LinBox::rank(r, a);
        std::cout << r << " " << seconds() - start << std::endl;
    }
}
