#include "mettle/protocols/detail_texts.hpp"

namespace mettle::protocols {

std::string_view DetailTexts::keep(std::string_view text) {
    text = text.substr(0, kLongest);
    const auto known = texts_.find(text);
    if (known != texts_.end()) return *known;
    if (texts_.size() == kMost) return "(and others: more than 200 different texts)";
    return *texts_.emplace(text).first;
}

}  // namespace mettle::protocols
