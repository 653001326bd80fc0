#include "mettle/base/version.hpp"

namespace mettle {

std::string_view version() {
    return METTLE_VERSION;
}
std::string_view git_commit() {
    return METTLE_GIT;
}

}  // namespace mettle
