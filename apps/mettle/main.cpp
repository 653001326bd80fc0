#include "mettle/cli/verbs.hpp"

int main(int argc, char** argv) {
    return mettle::cli::run(argc, argv);
}
