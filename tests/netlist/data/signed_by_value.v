// Signed multiplier whose ports do not say so: its products do.
module signed_by_value (input [7:0] A, input [7:0] B, output [15:0] O);
  wire signed [7:0] a = A;
  wire signed [7:0] b = B;
  wire signed [15:0] o = a * b;
  assign O = {o[15:2], 2'b00};
endmodule
