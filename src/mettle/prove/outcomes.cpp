#include "mettle/prove/outcomes.hpp"

namespace mettle::prove {

bool is_refusal(const results::Failure& failure) {
    return failure.kind == "status" && (failure.detail.find("503") != std::string::npos ||
                                        failure.detail.find("429") != std::string::npos);
}

bool is_wrong(const results::Failure& failure) {
    return failure.kind == "wrong_answer" || failure.kind == "validation";
}

}  // namespace mettle::prove
