#include "mettle/protocols/target_change.hpp"

#include <gmock/gmock.h>

namespace mettle::protocols {
namespace {

using ::testing::HasSubstr;

Target sum() {
    Target target;
    target.protocol = Protocol::v2;
    target.server = {"planted", "1", {}};
    target.model = {
        "sum", {"1"}, "", {{{"x", DataType::fp32, {-1, 4}}}, {{"y", DataType::fp32, {-1, 1}}}}};
    return target;
}

TEST(TargetChange, TheSameIsNoChange) {
    EXPECT_FALSE(difference(sum(), sum()));
}

TEST(TargetChange, NamesWhatIsOther) {
    Target version = sum(), signature = sum(), server = sum();
    version.model.versions = {"2"};
    EXPECT_THAT(*difference(sum(), version), HasSubstr("version 1 at the start, and has 2 now"));
    signature.model.signature.inputs[0].shape = {-1, 5};
    EXPECT_THAT(*difference(sum(), signature), HasSubstr("other inputs or outputs"));
    server.server.version = "2.51";
    EXPECT_THAT(*difference(sum(), server), HasSubstr("it was planted 1, and is planted 2.51"));
}

TEST(TargetChange, NothingIsSaidOfOneThatSaysNothingOfItself) {
    Target plain;
    plain.url = *http::parse_url("http://127.0.0.1:1");
    EXPECT_FALSE(what_changed(plain, {}));
}

TEST(TargetChange, NothingIsSaidOfOneThatIsGone) {
    Target gone = sum();
    gone.url = *http::parse_url("http://127.0.0.1:1");
    EXPECT_FALSE(what_changed(gone, {}));
}

}  // namespace
}  // namespace mettle::protocols
