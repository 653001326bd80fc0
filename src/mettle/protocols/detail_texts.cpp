#include "mettle/protocols/detail_texts.hpp"

#include <fmt/format.h>

namespace mettle::protocols {

std::string_view DetailTexts::keep(std::string_view text) {
    text = text.substr(0, kLongest);
    const auto known = texts_.find(text);
    if (known != texts_.end()) return *known;
    if (texts_.size() == kMost) return "(and others: more than 200 different texts)";
    return *texts_.emplace(text).first;
}

std::string FirstPayloads::with_payload(std::string_view text, std::string_view id) {
    text = text.substr(0, DetailTexts::kLongest / 2);  // So that the id is not what is cut off.
    const std::lock_guard lock(mutex_);
    auto found = first_.find(text);
    if (found == first_.end()) {
        if (first_.size() == DetailTexts::kMost) return std::string(text);
        found = first_.emplace(text, id).first;
    }
    return fmt::format("{} (payload {})", text, found->second);
}

}  // namespace mettle::protocols
