#include "mettle/protocols/known_answers.hpp"

namespace mettle::protocols {

bool KnownAnswers::contains(std::string_view body) const {
    for (const std::string& known : bodies_) {
        if (known == body) return true;
    }
    return false;
}

void KnownAnswers::add(std::string_view body, std::size_t& bytes_used) {
    if (body.size() > kMaxBody) return;
    if (bodies_.size() < kVariants) {
        if (bytes_used + body.size() > kMaxBytes) return;
        bytes_used += body.size();
        bodies_.emplace_back(body);
        return;
    }
    std::string& oldest = bodies_[oldest_];
    if (bytes_used - oldest.size() + body.size() > kMaxBytes) return;
    bytes_used = bytes_used - oldest.size() + body.size();
    oldest = body;
    oldest_ = (oldest_ + 1) % kVariants;
}

}  // namespace mettle::protocols
