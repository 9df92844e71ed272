// Exact signed multiplier, SystemVerilog types, signed ports.
module signed_ports (input logic signed [7:0] A, input logic signed [7:0] B,
                     output logic signed [15:0] O);
  assign O = A * B;
endmodule
