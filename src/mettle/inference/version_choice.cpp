#include "mettle/inference/version_choice.hpp"

#include <algorithm>

namespace mettle {

std::vector<std::string> chosen_versions(const std::vector<std::string>& on_disk,
                                         const VersionPolicy& policy) {
    std::vector<std::string> chosen = on_disk;
    switch (policy.kind) {
        case VersionPolicy::Kind::all:
            break;
        case VersionPolicy::Kind::latest:
            if (chosen.size() > policy.latest)
                chosen.erase(chosen.begin(), chosen.end() - static_cast<long>(policy.latest));
            break;
        case VersionPolicy::Kind::specific:
            std::erase_if(chosen, [&](const std::string& version) {
                return std::ranges::find(policy.specific, std::stoll(version)) ==
                       policy.specific.end();
            });
            break;
    }
    return chosen;
}

}  // namespace mettle
