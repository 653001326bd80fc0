#include "mettle/prove/options.hpp"

namespace mettle::prove {

bool is_url(const std::string& target) {
    return target.find("://") != std::string::npos;
}

}  // namespace mettle::prove
