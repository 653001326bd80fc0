#include "mettle/base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace mettle {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "mettle: a bug: `%s` does not hold at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace mettle
